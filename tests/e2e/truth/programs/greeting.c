/* greeting.c - the library that the dynamic function needs. */
const char *greeting(void);
const char *greeting(void) { return "hello"; }
