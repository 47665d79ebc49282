/** Where {@link Pending} keeps the type of its result; there is nothing at run time. */
declare const resultType: unique symbol

/**
 * The result of a call of a batch. It has the type of what it stands for, so that it and its members fit as arguments of
 * calls behind it; there is nothing to read in it before the batch has run.
 */
export type Pending<Result> = NonNullable<Result> & { readonly [resultType]?: { of: Result } }

/** What a batch resolves to: what its function returned, with results in place of calls. */
export type Settled<Shape> = Shape extends { readonly [resultType]?: { of: infer Result } }
  ? unknown extends Result
    ? SettledMembers<Shape>
    : Result
  : SettledMembers<Shape>

type SettledMembers<Shape> = Shape extends object
  ? { -readonly [K in keyof Shape]: Settled<Shape[K]> }
  : Shape

/** An application inside a batch: calls that give a value, of classes, relations and scopes. */
export type Batch<Api> = { readonly [Class in keyof Api]: BatchCalls<Api[Class]> }

type BatchCalls<Calls> = { readonly [Name in keyof Calls]: BatchCall<Calls[Name]> }

/** Inferred APIs have two forms of a call: of the class, and of a row. */
type BatchCall<Call> = Call extends {
  (...args: infer First): infer FirstResult
  (...args: infer Second): infer SecondResult
}
  ? ((...args: First) => BatchResult<FirstResult>) &
      ((...args: Second) => BatchResult<SecondResult>)
  : Call extends (...args: infer Args) => infer Result
    ? (...args: Args) => BatchResult<Result>
    : never

type BatchResult<Result> =
  Result extends Promise<infer Value>
    ? Pending<Value>
    : Result extends AsyncIterable<unknown>
      ? never
      : BatchCalls<Result>
