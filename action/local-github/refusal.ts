/** An answer that is a no, as GitHub words it. Thrown by a route's handler. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  /** Words alone where GitHub names no field. */
  readonly errors: readonly (FieldError | string)[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    errors: readonly (FieldError | string)[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.errors = errors
    this.headers = headers
  }
}

/** One entry of a 422's `errors`. */
export interface FieldError {
  readonly resource: string
  readonly code: 'already_exists' | 'missing' | 'missing_field' | 'invalid' | 'custom'
  readonly field?: string
  readonly message?: string
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found')
}

export function invalid(resource: string, field: string, code: FieldError['code'], message?: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, field, code, ...(message !== undefined && { message }) }])
}

/** A 422 of a body that does not fit the route's schema. */
export function invalidRequest(state: string): Refusal {
  return new Refusal(422, `Invalid request.\n\n${state}`)
}
