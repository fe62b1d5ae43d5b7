import type { Read } from '../base/diagnostic.ts'
import type { Engine } from './engine.ts'
import { type Examination, inferModel, type ModelWishes } from './infer-model.ts'
import type { InferredModel } from './inferred-model.ts'
import { keyOf, type OpenQuestion, openQuestions, withAnswer } from './open-questions.ts'

/** The model once every open question is answered; each is asked once, and an answer may open others. */
export async function settleModel(
  engine: Engine,
  examined: Examination,
  wishes: ModelWishes,
  ask: (question: OpenQuestion, model: InferredModel) => Promise<string>,
): Promise<Read<InferredModel>> {
  const asked = new Set<string>()
  let said = wishes
  let inferred = await inferModel(engine, examined, said)
  while (inferred.ok) {
    const question = openQuestions(inferred.value).find((each) => !asked.has(keyOf(each)))
    if (!question) break
    asked.add(keyOf(question))
    said = withAnswer(said, question, await ask(question, inferred.value))
    inferred = await inferModel(engine, examined, said)
  }
  return inferred
}
