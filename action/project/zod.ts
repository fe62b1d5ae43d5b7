import { z } from 'zod'

// Compiling a schema takes longer than checking the one small file that a command reads with it.
z.config({ jitless: true })

export { z }
