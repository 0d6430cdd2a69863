package dev.meshlog.ingest.radio;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The port of each link that reaches a radio; there before its link is opened. Any thread may use it. */
public final class RadioPorts {
    private final Map<String, RadioPort> ports = new ConcurrentHashMap<>();

    /** The same for the same name, always. */
    public RadioPort of(String link) {
        return ports.computeIfAbsent(link, RadioPort::new);
    }
}
