/** Joining never doubles a slash. Source: remoting U-8. */
export function tidyPath(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`
}

/** `MyModelABC` becomes `my-model-a-b-c`; segments with a parameter stay. Source: remoting U-5. */
export function normalizePath(path: string): string {
  return tidyPath(path)
    .split('/')
    .map((part) => (part.includes(':') ? part : dasherize(part)))
    .join('/')
}

/** A dash ahead of every capital but the first letter; underscores and blanks become dashes. */
function dasherize(part: string): string {
  return part
    .replace(/([A-Z])/g, '-$1')
    .replace(/[_\s-]+/g, '-')
    .replace(/^-/, '')
    .toLowerCase()
}
