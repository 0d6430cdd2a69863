package dev.meshlog.ingest;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which link is connected to which radio. A radio serves one client: a second connection of ours, over another address of the same radio,
 * would close the first, and that one would come back and close the second. Any thread may use it.
 */
public final class RadioClaims {
    private final Map<String, String> links = new ConcurrentHashMap<>();

    /**
     * Takes a radio for a link, until it is released.
     *
     * @param radio what tells it from all others: its node number and device id
     * @return the link that has it already, if that is another one
     */
    public Optional<String> claim(String radio, String link) {
        String holder = links.putIfAbsent(radio, link);
        return Optional.ofNullable(holder).filter(other -> !other.equals(link));
    }

    /** The link has no connection any more. */
    public void release(String link) {
        links.values().removeIf(link::equals);
    }
}
