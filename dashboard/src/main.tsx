/** Where the page begins. */

import './mantine.css';
import './tokens.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionProvider } from './api/session.tsx';
import { App } from './app.tsx';
import { LanguageProvider } from './language/language.tsx';
import { NoticeProvider } from './parts/actions.tsx';
import { theme } from './theme.ts';

const root = document.getElementById('root');
if (root === null) throw new TypeError('The page has no place for the program');

// Variables and classes stand in style sheets: the content security policy lets no script write a style element.
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <LanguageProvider>
        <SessionProvider>
          <NoticeProvider>
            <App />
          </NoticeProvider>
        </SessionProvider>
      </LanguageProvider>
    </MantineProvider>
  </StrictMode>,
);
