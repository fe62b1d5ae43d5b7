declare const PLUMBLINE_VERSION: string | undefined

/** Plumbline's version: the bundler writes it in; from source there is none. */
export const version = typeof PLUMBLINE_VERSION === 'string' ? PLUMBLINE_VERSION : '0.0.0-source'
