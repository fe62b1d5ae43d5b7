declare const PLUMBLINE_VERSION: string

/** Plumbline's version; the bundler writes it in, and tests one of their own. */
export const version = PLUMBLINE_VERSION
