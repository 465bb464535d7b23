import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { providerNames } from '@/lib/providers'
import { STRATEGIES } from '@/lib/strategies'
import type { Word } from './Editor'
import { FIELDS, FUNCTIONS, VARIABLES } from './words'

/** Returns what can be written in rules, to choose from while writing. */
export function useWords(): Word[] {
  const { t } = useTranslation()
  const providers = useQuery(providerNames).data
  return useMemo(
    () => [
      ...VARIABLES.map((name) => ({ label: name, info: t(`rules.variables.${name}`) })),
      ...FUNCTIONS.map(({ id, text }) => ({ label: id, detail: text, info: t(`rules.functions.${id}`) })),
      ...FIELDS.map((name) => ({ label: name, info: t(`rules.fields.${name}`) })),
      ...STRATEGIES.map((name) => ({ label: name, info: t(`strategies.${name}`) })),
      ...(providers ?? []).map((name) => ({ label: name, detail: t('rules.provider') })),
    ],
    [t, providers],
  )
}
