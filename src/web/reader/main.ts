import { defineBar } from '../bar/bar-element.ts';
import { keepFocusInView } from './focus-in-view.ts';
import { FollowedStories } from './followed-stories.ts';
import { NotificationsCard } from './notifications-card.ts';
import { ReaderPage } from './page.ts';

defineBar(location.origin);
keepFocusInView();
customElements.define('ajil-followed', FollowedStories);
customElements.define('ajil-notifications', NotificationsCard);
customElements.define('ajil-reader', ReaderPage);
