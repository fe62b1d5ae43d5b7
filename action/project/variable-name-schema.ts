import { z } from './zod.ts'

/** Of a variable that a program, or Plumbline itself, gets from its caller. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable is expected')
  .refine((name) => !/^(GITHUB|ACTIONS|INPUT|RUNNER|PLUMBLINE)_/i.test(name), {
    error: 'names of the runner and of Plumbline never reach a stage; another name is expected',
  })
