export {
  type InProcessTransport,
  type InvokeOptions,
  inProcess,
} from './in-process-transport.ts'
