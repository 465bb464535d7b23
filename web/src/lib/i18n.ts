import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type en from '@/locales/en'
import { spoken } from './api'

/** The languages of the console. */
export const LANGUAGES = ['en', 'zh-CN'] as const

/** A language of the console. */
export type Language = (typeof LANGUAGES)[number]

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

const STORED = 'sluice-language'

const TEXTS: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('@/locales/en'),
  'zh-CN': () => import('@/locales/zh-CN'),
}

/** Returns the language that was chosen here, else the browser's. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages].filter((tag) => tag !== null)
  for (const tag of wanted) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (tag.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}

/** Loads the texts of the preferred language; nothing is to be shown before. */
export async function startLanguages(): Promise<void> {
  const language = preferredLanguage()
  const texts = await TEXTS[language]()
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation: texts.default } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  tellOthers(language)
}

/** Changes the language of the page, and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const texts = await TEXTS[language]()
    i18next.addResourceBundle(language, 'translation', texts.default)
  }
  localStorage.setItem(STORED, language)
  tellOthers(language)
  await i18next.changeLanguage(language)
}

function tellOthers(language: Language) {
  spoken.language = language
  document.documentElement.lang = language
}
