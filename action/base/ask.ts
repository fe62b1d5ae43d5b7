/** A choice that a person is asked to make; every text is made safe by whoever shows it. */
export interface Question {
  readonly text: string
  readonly choices: readonly Choice[]
  /** The value of the choice that Enter takes. */
  readonly guess: string
}

export interface Choice {
  readonly value: string
  readonly label: string
  /** Why one might take it. */
  readonly hint?: string
}

/** Gives the value of the choice that was made. Throws `interrupted` where the person leaves. */
export type Ask = (question: Question) => Promise<string>
