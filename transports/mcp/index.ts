export type { McpOptions, McpToolOptions, ToolAnnotations, ToolChoice } from './mcp-options.ts'
export { type McpTransport, mcp } from './mcp-transport.ts'
