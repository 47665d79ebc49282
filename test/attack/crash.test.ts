import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { returning, startTarget, type Target, throwing } from './target.ts'

const test = suite<{ target: Target }>('hostile values of methods')
test.before(async (context) => {
  context.target = await startTarget()
})
test.after(({ target }) => target.stop())

for (const kind of throwing) {
  test(`I-11, EB-2, EB-4: a method that throws a value of kind "${kind}" answers 500, the process stays up`, async ({
    target,
  }) => {
    const answer = await target.call('GET', `/Trap/throws?x=${kind}`)
    assert.is(answer.status, 500)
    assert.match(answer.answer.body, /"statusCode":500/)
  })
}

for (const kind of returning) {
  test(`B-8, I-12: a method that returns a value of kind "${kind}" answers 500, the process stays up`, async ({
    target,
  }) => {
    assert.is((await target.call('GET', `/Trap/returns?x=${kind}`)).status, 500)
    assert.is((await target.call('GET', '/Trap/ask?x=1')).body, 1)
  })
}

test.run()
