/** Renders an error as a small page for people. Everything is escaped; nothing is loaded. Source: remoting E-4. */
export function errorPage(body: Readonly<Record<string, unknown>>): string {
  const { statusCode, name, message, stack } = body
  const title = `${String(name ?? 'Error')} ${String(statusCode)}`
  const details = Object.entries(body).filter(([key]) => !shown.has(key))
  const rows = details.map(
    ([key, value]) => `<dt>${escapeHtml(key)}</dt><dd><pre>${escapeHtml(textOf(value))}</pre></dd>`,
  )
  return [
    '<!DOCTYPE html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<title>${escapeHtml(title)}</title>`,
    '</head><body>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(textOf(message))}</p>`,
    rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`,
    stack === undefined ? '' : `<pre>${escapeHtml(textOf(stack))}</pre>`,
    '</body></html>',
  ]
    .filter((line) => line !== '')
    .join('\n')
}

const shown = new Set(['statusCode', 'status', 'name', 'message', 'stack'])

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value, undefined, 2) ?? ''
  } catch {
    return String(value)
  }
}
