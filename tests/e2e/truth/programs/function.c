/* function.c - a function that answers every event with {"ok":true}, without any library but libc. */
#include <netdb.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef GREETING
const char *greeting(void); /* of libgreeting.so */
#else
static const char *greeting(void) { return "hello"; }
#endif

/* One exchange by HTTP/1.0, which ends with the connection. */
static long exchange(const char *api, const char *request, char *reply, size_t size) {
  char host[64];
  const char *colon = strchr(api, ':');
  if (!colon || (size_t)(colon - api) >= sizeof host) return -1;
  memcpy(host, api, (size_t)(colon - api));
  host[colon - api] = 0;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return -1;
  int connection = -1;
  for (int tries = 0; connection < 0 && tries < 100; ++tries) { /* we may be here before the emulator listens */
    connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection >= 0 && connect(connection, (struct sockaddr *)&address, sizeof address) == 0) break;
    if (connection >= 0) close(connection);
    connection = -1;
    usleep(10000);
  }
  if (connection < 0) return -1;
  if (write(connection, request, strlen(request)) < 0) return -1;
  size_t got = 0;
  for (long count; got + 1 < size && (count = read(connection, reply + got, size - 1 - got)) > 0;) got += (size_t)count;
  reply[got] = 0;
  close(connection);
  return (long)got;
}

int main(void) {
  static char reply[1 << 16], request[1024], id[128], body[128];
  const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
  if (!api) return 1;
  for (;;) {
    snprintf(request, sizeof request, "GET /2018-06-01/runtime/invocation/next HTTP/1.0\r\nHost: %s\r\n\r\n", api);
    if (exchange(api, request, reply, sizeof reply) <= 0) return 2;
    const char *header = strcasestr(reply, "Lambda-Runtime-Aws-Request-Id: ");
    if (!header || sscanf(header + 31, "%127[^\r\n]", id) != 1) return 3;
    int length = snprintf(body, sizeof body, "{\"ok\":true,\"greeting\":\"%s\"}", greeting());
    snprintf(request, sizeof request,
             "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.0\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", id, api,
             length, body);
    if (exchange(api, request, reply, sizeof reply) <= 0) return 4;
  }
}
