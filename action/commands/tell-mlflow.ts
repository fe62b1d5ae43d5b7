import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Project } from '../project/project.ts'
import type { CommandContext } from './define-command.ts'

/**
 * Tells the MLflow server of a project, if it has one, what the ledger holds of its model. It never fails what was done before:
 * what is in the way is a warning with what to do, and the next `register` tells what this one could not.
 */
export async function tellMlflow(client: GitHubClient, project: Project, context: CommandContext): Promise<void> {
  const { mlflow, model } = project
  if (!mlflow) return
  try {
    const token = mlflow.token === undefined ? undefined : tokenIn(mlflow.token, context)
    if (token !== undefined) await context.hidden?.hide([token, ...token.split(':').slice(1)])
    const { openMlflow } = await import('../registry/mlflow-client.ts')
    const { mirrorToMlflow } = await import('../registry/mirror-to-mlflow.ts')
    const { mlflowWishes } = await import('../registry/mlflow-wishes.ts')
    const { parseRunRecord } = await import('../pipeline/parse-run-record.ts')
    const { readLedger } = await import('../registry/ledger.ts')
    const { records } = await readLedger(client)
    const wishes = mlflowWishes(records, model.name, mlflow.alias, (value) => {
      const parsed = parseRunRecord(value)
      return parsed.ok ? parsed.record : undefined
    })
    const { environment, signal } = context
    const server = openMlflow({ url: mlflow.url, token, environment, signal })
    const told = await mirrorToMlflow(server, mlflow, model.name, wishes)
    const { wordMirrored } = await import('../report/word-mirrored.ts')
    context.progress.note(wordMirrored(mlflow.url, told))
  } catch (error) {
    if (context.signal.aborted) throw error
    const said = error instanceof Fault ? `${error.message} ${error.remedy} [${error.code}]` : String(error)
    context.progress.warn(`MLflow was not told, which changes nothing here: ${said}`)
  }
}

function tokenIn(name: string, { environment }: CommandContext): string {
  const token = environment[name]?.trim()
  if (token) return token
  throw new Fault('mlflow/no-token', `Cannot tell MLflow: the variable ${name} is not set; expected a token in it`, {
    remedy: `In a workflow: env: { ${name}: \${{ secrets.${name} }} } at the step of register.`,
  })
}
