import account from './en/account.json'
import accounts from './en/accounts.json'
import audit from './en/audit.json'
import bulk from './en/bulk.json'
import budgets from './en/budgets.json'
import candidates from './en/candidates.json'
import common from './en/common.json'
import connect from './en/connect.json'
import dashboard from './en/dashboard.json'
import errors from './en/errors.json'
import groups from './en/groups.json'
import jobs from './en/jobs.json'
import keys from './en/keys.json'
import limits from './en/limits.json'
import logs from './en/logs.json'
import nav from './en/nav.json'
import obstacles from './en/obstacles.json'
import orders from './en/orders.json'
import palette from './en/palette.json'
import playground from './en/playground.json'
import prices from './en/prices.json'
import profile from './en/profile.json'
import providers from './en/providers.json'
import range from './en/range.json'
import remarks from './en/remarks.json'
import routes from './en/routes.json'
import rules from './en/rules.json'
import settings from './en/settings.json'
import strategies from './en/strategies.json'
import usage from './en/usage.json'
import users from './en/users.json'
import welcome from './en/welcome.json'

export default {
  account,
  accounts,
  audit,
  bulk,
  budgets,
  candidates,
  common,
  connect,
  dashboard,
  errors,
  groups,
  jobs,
  keys,
  limits,
  logs,
  nav,
  obstacles,
  orders,
  palette,
  playground,
  prices,
  profile,
  providers,
  range,
  remarks,
  routes,
  rules,
  settings,
  strategies,
  usage,
  users,
  welcome,
}
