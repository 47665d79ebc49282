/** What the page reads of an event. */
interface PageEvent {
  preventDefault(): void
}

/**
 * The part of the browser's elements the page uses. The repository is compiled without the browser's types: they would hide
 * those of Node.
 */
export interface PageElement {
  textContent: string | null
  value: string
  disabled: boolean
  readonly dataset: Record<string, string>
  append(...children: (PageElement | string)[]): void
  replaceChildren(...children: (PageElement | string)[]): void
  setAttribute(name: string, value: string): void
  removeAttribute(name: string): void
  addEventListener(type: string, listener: (event: PageEvent) => void): void
}

interface Browser {
  readonly document: {
    getElementById(id: string): PageElement | null
    createElement(tag: string): PageElement
  }
  readonly location: { readonly origin: string }
  prompt(question: string, answer: string): string | null
}

/** The browser this page runs in. */
export const browser = globalThis as unknown as Browser // compiled without the browser's types

/** The element of an id of `index.html`. **Errors**: when there is none. */
export function byId(id: string): PageElement {
  const found = browser.document.getElementById(id)
  if (found === null) throw new Error(`the page has no element "${id}"`)
  return found
}

/** A new element. Texts are texts: nothing is read as HTML. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  ...children: (PageElement | string)[]
): PageElement {
  const created = browser.document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value)
  created.append(...children)
  return created
}

/** A new button. `label`: what it does, for those who do not see where it stands. */
export function button(text: string, label: string, onClick: () => void): PageElement {
  const created = element('button', { type: 'button', 'aria-label': label }, text)
  created.addEventListener('click', onClick)
  return created
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
