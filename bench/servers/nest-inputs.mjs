import 'reflect-metadata'
import { Type } from 'class-transformer'
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator'
import { datePattern, emailPattern } from '../work/json-schemas.mjs'

const toNumber = Type(() => Number)
const text = (min, max) => [IsString(), Length(min, max)]

/** A class whose members carry the given decorators, applied as compiled TypeScript would. */
function defineInput(members) {
  const input = class {}
  for (const [name, decorators] of Object.entries(members)) {
    for (const decorate of decorators) decorate(input.prototype, name)
  }
  return input
}

/** Classes of the queries; each call makes new ones, as an application's routes would have their own. */
export function makeQueries() {
  return {
    GreetQuery: defineInput({ name: text(1, 100) }),
    BooksQuery: defineInput({
      minPages: [toNumber, IsInt(), Min(0)],
      order: [IsIn(['title DESC', 'price ASC'])],
      limit: [toNumber, IsInt(), Min(1), Max(100)],
    }),
    ItemsQuery: defineInput({ limit: [IsOptional(), toNumber, IsInt(), Min(1), Max(1000)] }),
  }
}

/** Class of the body of work c. */
export function makeReader() {
  return defineInput({
    firstName: text(1, 50),
    lastName: text(1, 50),
    email: [IsString(), MaxLength(120), Matches(new RegExp(emailPattern))],
    age: [IsInt(), Min(18), Max(120)],
    country: text(2, 2),
    phone: text(5, 20),
    score: [IsNumber(), Min(0), Max(100)],
    newsletter: [IsBoolean()],
    birthday: [Matches(new RegExp(datePattern))],
    note: [IsOptional(), IsString(), MaxLength(500)],
  })
}

/** Classes of the bodies of one model of work e. */
export function makeItem() {
  const optional = {
    pages: [IsOptional(), IsInt(), Min(1)],
    price: [IsOptional(), IsNumber(), Min(0)],
    country: [IsOptional(), ...text(2, 2)],
    rating: [IsOptional(), IsNumber(), Min(0), Max(5)],
    active: [IsOptional(), IsBoolean()],
    published: [IsOptional(), IsString()],
    isbn: [IsOptional(), IsString(), MaxLength(20)],
  }
  return {
    Item: defineInput({ title: text(1, 100), ...optional }),
    ItemPatch: defineInput({ title: [IsOptional(), ...text(1, 100)], ...optional }),
  }
}
