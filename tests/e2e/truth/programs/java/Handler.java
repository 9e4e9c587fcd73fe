// Handler.java - a Java function that answers every event with {"ok":true}.
package app;

import java.util.Map;

public class Handler {
  public Map<String, Object> handle(Map<String, Object> event) {
    return Map.of("ok", true);
  }
}
