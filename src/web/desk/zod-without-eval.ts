import { config } from 'zod';

// This must run before the first schema is made: zod would try `new Function`, which the content security policy refuses.
config({ jitless: true });
