/** An object of numbers, a line each, as the generated files hold them. */
export function constantsOf(places) {
  return Object.entries(places)
    .map(([name, value]) => `  ${name}: ${value},`)
    .join('\n')
}
