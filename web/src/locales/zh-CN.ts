import account from './zh-CN/account.json'
import accounts from './zh-CN/accounts.json'
import audit from './zh-CN/audit.json'
import bulk from './zh-CN/bulk.json'
import budgets from './zh-CN/budgets.json'
import candidates from './zh-CN/candidates.json'
import common from './zh-CN/common.json'
import connect from './zh-CN/connect.json'
import dashboard from './zh-CN/dashboard.json'
import errors from './zh-CN/errors.json'
import groups from './zh-CN/groups.json'
import jobs from './zh-CN/jobs.json'
import keys from './zh-CN/keys.json'
import limits from './zh-CN/limits.json'
import logs from './zh-CN/logs.json'
import nav from './zh-CN/nav.json'
import obstacles from './zh-CN/obstacles.json'
import orders from './zh-CN/orders.json'
import palette from './zh-CN/palette.json'
import playground from './zh-CN/playground.json'
import prices from './zh-CN/prices.json'
import profile from './zh-CN/profile.json'
import providers from './zh-CN/providers.json'
import remarks from './zh-CN/remarks.json'
import routes from './zh-CN/routes.json'
import rules from './zh-CN/rules.json'
import settings from './zh-CN/settings.json'
import strategies from './zh-CN/strategies.json'
import usage from './zh-CN/usage.json'
import users from './zh-CN/users.json'
import welcome from './zh-CN/welcome.json'

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
  remarks,
  routes,
  rules,
  settings,
  strategies,
  usage,
  users,
  welcome,
}
