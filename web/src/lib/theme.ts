import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineThemeOverride,
  type MantineColorsTuple,
} from '@mantine/core'

/** The one accent: the blue-green of deep water. */
const accent: MantineColorsTuple = [
  '#e8f8f9',
  '#d3eef0',
  '#a5dde1',
  '#73cbd2',
  '#4bb9c2',
  '#2ba4ae',
  '#128591',
  '#0b6f7a',
  '#075a63',
  '#03444c',
]

/** Greys of the dark scheme, a little to the blue of the accent. */
const dark: MantineColorsTuple = [
  '#dfe4e8',
  '#b8c0c7',
  '#98a1a9',
  '#5f6a72',
  '#3a434a',
  '#313a40',
  '#252c32',
  '#171c20',
  '#12171a',
  '#0d1113',
]

const FONTS =
  '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", ' +
  '"Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif'
const MONOSPACE =
  'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", "Noto Sans Mono CJK SC", monospace'

/** What a dialog is about stands above it as the title of a section does. */
const TITLE = { fontSize: '1.125rem', fontWeight: 600, overflowWrap: 'anywhere' } as const

const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 7,
  colors: { accent, dark },
  fontFamily: FONTS,
  fontFamilyMonospace: MONOSPACE,
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.4' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Keeping the page from scrolling behind a dialog would insert a style that the policy of the page refuses.
    Modal: {
      defaultProps: { lockScroll: false, centered: true, overlayProps: { backgroundOpacity: 0.45 } },
      styles: { title: TITLE },
    },
    Drawer: {
      defaultProps: { lockScroll: false, position: 'right', overlayProps: { backgroundOpacity: 0.45 } },
      styles: { title: TITLE },
    },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, multiline: true, maw: 320 } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 500 } },
    Paper: { defaultProps: { withBorder: true, radius: 'md' } },
  },
})

/** Returns the theme for a language: a cross that closes something says so to readers of the screen. */
export function speakingTheme(close: string): MantineThemeOverride {
  return createTheme({
    ...theme,
    components: { ...theme.components, CloseButton: { defaultProps: { 'aria-label': close } } },
  })
}

/** Texts that are less loud still have to be read: the built-in shades fall short of WCAG AA. */
export const colours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#566069',
    '--mantine-color-placeholder': '#68727c',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-teal-light-color': '#04614a',
    '--mantine-color-red-light-color': '#a81e1e',
    '--mantine-color-orange-light-color': '#943d00',
    '--mantine-color-yellow-light-color': '#7a4a00',
    '--mantine-color-gray-light-color': '#495057',
    '--mantine-color-red-text': '#c92a2a',
    '--sluice-ground': '#f6f8f9',
    '--sluice-line': '#e3e8ea',
  },
  dark: {
    '--mantine-color-dimmed': '#a3abb2',
    '--mantine-color-placeholder': '#8d969e',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-accent-light': 'rgba(43, 164, 174, 0.18)',
    '--mantine-color-accent-light-hover': 'rgba(43, 164, 174, 0.26)',
    '--mantine-color-accent-light-color': '#a5dde1',
    '--sluice-ground': '#101417',
    '--sluice-line': '#2b3238',
  },
})

/** Remembers light, dark, or as the system has it. `public/theme.js` reads the same place. */
export const schemeManager = localStorageColorSchemeManager({ key: 'sluice-theme' })

/** Returns the nonce without which the browser refuses inserted styles; the gateway makes one for each page. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}
