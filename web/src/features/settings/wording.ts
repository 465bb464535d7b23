import { useTranslation } from 'react-i18next'
import { STRATEGIES } from '@/lib/strategies'
import type { Setting } from './queries'

/** What settings are about, in the order in which they are shown. */
export const GROUPS = [
  'site',
  'accounts',
  'routing',
  'checkin',
  'files',
  'mail',
  'notifications',
  'backup',
] as const
const UNITS = ['seconds', 'minutes', 'hours', 'days'] as const
const CHOICES = ['off', 'observe', 'enforce', 'concise', 'detailed', 'hybrid', 'event', 'schedule'] as const

/** Returns what settings and their values are called in the language of the page. */
export function useWording() {
  const { t, i18n } = useTranslation()
  const isChinese = i18n.language.startsWith('zh')
  const groupOf = (name: string) => {
    const known = GROUPS.find((group) => group === name)
    return known ? t(`settings.groups.${known}`) : name
  }
  const unitOf = (name: string | null | undefined) => {
    const known = UNITS.find((unit) => unit === name)
    return known ? t(`settings.units.${known}`) : (name ?? '')
  }
  const choiceOf = (name: string) => {
    const strategy = STRATEGIES.find((each) => each === name)
    if (strategy) return t(`strategies.${strategy}`)
    const known = CHOICES.find((choice) => choice === name)
    // What explains them names them as they are written.
    return known ? `${t(`settings.choices.${known}`)} (${known})` : name
  }
  const valueOf = (setting: Setting, value: string) => {
    if (value === '') return t('settings.emptyValue')
    if (setting.type === 'bool') return value === 'true' ? t('settings.on') : t('settings.off')
    if (setting.type === 'enum') return choiceOf(value)
    return setting.unit == null ? value : `${value} ${unitOf(setting.unit)}`
  }
  const explanationOf = (setting: Setting) => (isChinese ? setting.explanation_zh : setting.explanation)
  return { groupOf, unitOf, choiceOf, valueOf, explanationOf }
}
