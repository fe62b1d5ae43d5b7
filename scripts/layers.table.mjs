// Which room of action/ may import which, and which npm package belongs to which room. One arrow a line, added with its first
// use; the check fails on one that nobody uses. Type-only imports are free. The doors are rooms of one file.
// Arrows point down: doors → commands → {pipeline, retrain, registry, rollout, serving} → {data, drift, evaluation, report}
// → {project, stats, github} → base.

/** Rooms from the ground up; rooms of one level do not import each other. */
export const levels = [
  ['base'],
  ['project', 'stats', 'github'],
  ['data', 'drift', 'evaluation', 'report'],
  ['pipeline', 'retrain', 'registry', 'rollout', 'serving'],
  ['local-github'],
  ['commands'],
  ['main', 'cli'],
]

/** `from → to`, as value imports, static or dynamic. */
export const arrows = [
  ['main', 'base'],
  ['main', 'commands'],
  ['main', 'github'],
  ['cli', 'base'],
  ['cli', 'commands'],
  ['cli', 'github'],
  ['cli', 'local-github'],
  ['commands', 'base'],
  ['commands', 'data'],
  ['commands', 'github'],
  ['commands', 'pipeline'],
  ['commands', 'project'],
  ['commands', 'registry'],
  ['commands', 'report'],
  ['commands', 'retrain'],
  ['local-github', 'base'],
  ['registry', 'base'],
  ['registry', 'github'],
  ['registry', 'project'],
  ['registry', 'report'],
  ['pipeline', 'base'],
  ['pipeline', 'data'],
  ['pipeline', 'drift'],
  ['pipeline', 'evaluation'],
  ['pipeline', 'github'],
  ['pipeline', 'project'],
  ['pipeline', 'report'],
  ['data', 'base'],
  ['data', 'project'],
  ['evaluation', 'base'],
  ['evaluation', 'project'],
  ['evaluation', 'stats'],
  ['report', 'base'],
  ['github', 'base'],
  ['project', 'base'],
]

/** `room → npm package`. */
export const packages = [
  ['report', '@clack/prompts'],
  ['registry', 'tar-stream'],
  ['registry', 'p-limit'],
  ['pipeline', 'p-limit'],
  ['pipeline', 'tinyglobby'],
  ['drift', 'fastest-levenshtein'],
  ['data', '@duckdb/node-api'],
  ['data', '@aws-sdk/client-s3'],
  ['data', 'https-proxy-agent'],
  ['data', 'picomatch'],
  ['data', 'tinyglobby'],
  ['github', '@actions/artifact'],
  ['github', '@actions/cache'],
  ['github', '@actions/core'],
  ['github', 'octokit'],
  ['project', '@actions/expressions'],
  ['project', 'diff'],
  ['project', 'yaml'],
  ['project', 'zod'],
  ['stats', '@stdlib/stats-base-dists-normal-quantile'],
  ['stats', '@stdlib/stats-base-dists-t-quantile'],
  ['base', 'fastest-levenshtein'],
]
