import { config } from 'zod';

// Before any schema is made: zod would try `new Function`, which the content security policy refuses and reports.
config({ jitless: true });
