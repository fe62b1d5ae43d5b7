/** Starts measuring; each call tells the seconds since then, whatever happens to the clock on the wall meanwhile. */
export function startStopwatch(): () => number {
  const started = performance.now()
  return () => Math.round(performance.now() - started) / 1000
}
