import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withServer } from '../support/servers.ts'
import { Comparison } from './compare.ts'
import {
  type Answer,
  conversationNames,
  loadConversation,
  playConversation,
  shortenAnswer,
} from './conversation.ts'
import { readAllowed, readDecided, satisfies } from './decision.ts'
import { createProjectApp } from './project-app.ts'

/** Conversations about users, roles and joined relations. `docs/decisions/0004-relation-kinds-in-order.md` */
const later = new Set(['users-login', 'acl-roles', 'rel-many-to-many'])

const allowed = readAllowed()
const decided = readDecided('steps')

/** What is wrong with a conversation: differences nobody decided, and decisions without a difference. */
async function faultsOf(name: string): Promise<string[]> {
  const { conversation, recorded } = loadConversation(name)
  const answers = await withServer(createProjectApp(), ({ origin }) =>
    playConversation(origin, conversation),
  )
  const comparison = new Comparison()
  return conversation.steps.flatMap((step, i) => {
    const [expected, actual] = [recorded[i], answers[i]]
    if (expected?.step !== step.name || actual === undefined) return [`${step.name}: not recorded`]
    const differences = comparison.differences(step, expected, actual)
    return judge(`${name}/${step.name}`, differences, actual)
  })
}

function judge(place: string, differences: readonly string[], actual: Answer): string[] {
  const ours = decided.get(place)
  if (differences.length === 0) {
    return ours === undefined ? [] : [`${place}: identical now, remove it from decided.json`]
  }
  const decision = ours ?? allowed.get(place)
  if (decision !== undefined && satisfies(decision, actual)) return []
  return [`${place}: ${differences.slice(0, 4).join('; ')} | ${shortenAnswer(actual)}`]
}

for (const name of conversationNames().filter((each) => !later.has(each))) {
  const { conversation } = loadConversation(name)
  test(`${name}: ${conversation.steps.length} steps answer as recorded`, async () => {
    const faults = await faultsOf(name)
    assert.is(faults.join('\n'), '')
  })
}

test('every decision of our own names a document and a step that is replayed', () => {
  for (const [place, { decision, why }] of decided) {
    const name = place.slice(0, place.indexOf('/'))
    const steps = loadConversation(name).conversation.steps.map((step) => `${name}/${step.name}`)
    assert.ok(steps.includes(place), place)
    assert.not(later.has(name), place)
    assert.match(decision ?? '', /^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/)
    assert.ok(why.length > 10, place)
  }
})

test.run()
