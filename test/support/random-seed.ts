import fc from 'fast-check'

/** Property tests try the same values everywhere, so that a run says something of the change; others with PLUMBLINE_RANDOM_SEED. */
const seed = Number(process.env['PLUMBLINE_RANDOM_SEED'] ?? 20_261_127)

fc.configureGlobal({ seed })
