/** Longest line of a comment, indentation included. */
const maxColumns = 120

/** Lines of a doc comment, without anything that would end it; none where there is nothing to say. */
export function docComment(texts: readonly (string | undefined)[], indent: string): string[] {
  const lines = texts
    .flatMap((text) => (text ?? '').split(/\r\n|[\n\r\u2028\u2029]/))
    .map((line) => line.replace(/\*\//g, '*\\/').trimEnd())
  while (lines.length > 0 && lines[0] === '') lines.shift()
  while (lines.length > 0 && lines.at(-1) === '') lines.pop()
  const [only] = lines
  if (only === undefined) return []
  const single = `${indent}/** ${only} */`
  if (lines.length === 1 && single.length <= maxColumns) return [single]
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`]
}
