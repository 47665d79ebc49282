export { type PortLike, pipeFromPort } from '../session/port-pipe.ts'
export {
  type MessagePortOptions,
  type MessagePortTransport,
  messagePort,
} from './message-port-transport.ts'
