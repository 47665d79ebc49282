export { type StdioOptions, stdio } from './stdio-transport.ts'
export { pipeFromStreams } from './stream-pipe.ts'
