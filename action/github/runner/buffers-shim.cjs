// Stands in for the npm package "buffers" in the bundle: it states no licence, so it cannot be shipped. `binary`, below
// unzip-stream, below @actions/artifact, needs it for streams only, and unzip-stream parses whole buffers.
module.exports = function Buffers() {
  throw new Error('Cannot parse a stream with "binary": the package "buffers" is left out of the bundle')
}
