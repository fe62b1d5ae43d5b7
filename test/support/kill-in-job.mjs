// Loaded before a step of the action (NODE_OPTIONS=--import): ends it as kill-at-write.mjs does, where it does the job KILL_JOB;
// `publish` is the one that registers.
const { INPUT_COMMAND, INPUT_JOB, KILL_JOB } = process.env
const job = INPUT_COMMAND === 'register' ? 'publish' : INPUT_JOB
if (job !== undefined && job === KILL_JOB) await import('./kill-at-write.mjs')
