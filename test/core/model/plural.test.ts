import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pluralize } from '../../../core/model/plural.ts'

test('F-2.1: the plural follows English and keeps the case', () => {
  const expected: Record<string, string> = {
    Book: 'Books',
    Country: 'Countries',
    City: 'Cities',
    Day: 'Days',
    Address: 'Addresses',
    Status: 'Statuses',
    Bus: 'Buses',
    Box: 'Boxes',
    Branch: 'Branches',
    Person: 'People',
    SalesPerson: 'SalesPeople',
    child: 'children',
    OrderItem: 'OrderItems',
    Enquiry: 'Enquiries',
    Analysis: 'Analyses',
    Membership: 'Memberships',
    LedgerEntry: 'LedgerEntries',
    ACL: 'ACLs',
    RoleMapping: 'RoleMappings',
    User: 'Users',
    Human: 'Humans',
    Talisman: 'Talismans',
    Leaf: 'Leaves',
    Hero: 'Heroes',
    'author-profile': 'author-profiles',
  }
  for (const [singular, plural] of Object.entries(expected)) {
    assert.is(pluralize(singular), plural)
  }
})

test('F-2.1: a name that is plural already stays', () => {
  for (const name of ['Books', 'People', 'Countries', 'News', 'Series', 'Equipment', 'Children']) {
    assert.is(pluralize(name), name)
  }
})

test.run()
