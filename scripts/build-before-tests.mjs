// Tests that start dist/main.js or dist/cli.js must see the sources of this moment.
import { build } from './build.mjs'

export async function setup() {
  await build()
}
