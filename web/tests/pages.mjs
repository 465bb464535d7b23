// The pages that are looked at in both languages, on a desk and on a phone, light and dark.

/** Each page: a name for its picture, its address, and what has to be there before it is looked at. */
export const PAGES = [
  { name: 'dashboard', path: '/dashboard', ready: 'main dl dd' },
  { name: 'dashboard-custom', path: '/dashboard?from=1790000000&to=1800000000', ready: 'main dl dd' },
  { name: 'dashboard-own', path: '/dashboard?whose=own&range=7d', ready: 'main dl dd' },
  { name: 'keys', path: '/keys', ready: 'table[aria-busy=false]' },
  { name: 'keys-all', path: '/keys?whose=all&user=1', ready: 'table[aria-busy=false]' },
  { name: 'keys-new', path: '/keys?new=true', ready: '[role=dialog] form' },
  { name: 'key', path: (world) => `/keys/${world.keyId}`, ready: 'pre' },
  { name: 'logs', path: '/logs', ready: 'table[aria-busy=false]' },
  { name: 'logs-filtered', path: '/logs?status=error&hours=24', ready: 'main table, main h2' },
  { name: 'call', path: (world) => `/logs/${world.callId}`, ready: 'main dl dd' },
  { name: 'playground', path: '/playground', ready: 'main textarea' },
  { name: 'models', path: '/models', ready: 'main table' },
  { name: 'models-way', path: '/models?way=gpt-4o-mini', ready: '[role=dialog] form' },
  { name: 'rules', path: '/rules', ready: '.cm-content' },
  { name: 'jobs', path: '/jobs', ready: 'table[aria-busy=false]' },
  { name: 'audit', path: '/audit', ready: 'table[aria-busy=false]' },
  { name: 'prices', path: '/prices', ready: 'table[aria-busy=false]' },
  { name: 'prices-unpriced', path: '/prices?view=unpriced', ready: 'table[aria-busy=false], main h2' },
  { name: 'prices-stated', path: '/prices?view=stated', ready: 'table[aria-busy=false]' },
  { name: 'prices-builtin', path: '/prices?view=builtin&q=gpt-4o', ready: 'table[aria-busy=false]' },
  { name: 'prices-disputed', path: '/prices?view=disputed', ready: 'main table, main h2' },
  { name: 'prices-new', path: '/prices?new=true', ready: '[role=dialog] form' },
  {
    name: 'price',
    path: (world) => `/prices?model=gpt-4o&at=${world.providerId}`,
    ready: '[role=dialog] table[aria-busy=false]',
  },
  { name: 'accounts', path: '/accounts', ready: 'table[aria-busy=false]' },
  { name: 'accounts-operator', path: '/accounts?group=operator', ready: 'table[aria-busy=false]' },
  { name: 'account', path: (world) => `/accounts/${world.accountId}`, ready: 'table[aria-busy=false]' },
  { name: 'budgets', path: '/budgets', ready: 'table[aria-busy=false]' },
  { name: 'budgets-new', path: '/budgets?new=true', ready: '[role=dialog] form' },
  { name: 'users', path: '/users', ready: 'table[aria-busy=false]' },
  { name: 'users-new', path: '/users?new=true', ready: '[role=dialog] form' },
  { name: 'user', path: (world) => `/users/${world.userId}`, ready: 'main dl dd' },
  { name: 'groups', path: '/groups', ready: 'table[aria-busy=false]' },
  { name: 'groups-new', path: '/groups?new=true', ready: '[role=dialog] form' },
  { name: 'providers', path: '/providers', ready: 'table[aria-busy=false]' },
  { name: 'providers-new', path: '/providers?new=true', ready: '[role=dialog] form' },
  { name: 'provider', path: (world) => `/providers/${world.providerId}`, ready: 'table[aria-busy=false]' },
  { name: 'settings', path: '/settings', ready: 'main section' },
  { name: 'settings-kept', path: '/settings?kept=true&q=smtp', ready: 'main section' },
  { name: 'profile', path: '/profile', ready: 'table[aria-busy=false]' },
  { name: 'welcome', path: '/welcome', ready: 'main form, main section button' },
  { name: 'no-page', path: '/nothing-here', ready: 'main h2, h2' },
]

/** The same for somebody who runs nothing here. */
export const GUEST_PAGES = [
  { name: 'guest-keys', path: '/keys', ready: 'main h2' },
  { name: 'guest-balance', path: '/balance', ready: 'main dl dd' },
  { name: 'guest-budgets', path: '/budgets', ready: 'main h2' },
  { name: 'guest-logs', path: '/logs', ready: 'main h2' },
  { name: 'guest-profile', path: '/profile', ready: 'table[aria-busy=false]' },
]

/** The same for somebody who is not signed in. */
export const OPEN_PAGES = [
  { name: 'login', path: '/login', ready: 'form' },
  { name: 'setup-done', path: '/setup', ready: 'main a' },
]
