package dev.meshlog.infra.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a node is, as it answers over HTTP.
 *
 * @param transactions executed since the genesis
 */
public record NodeStatus(long commit, long leaderRound, long transactions) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern SENT =
            Pattern.compile("(?m)^meshlog_gossip_bytes_total\\{[^}]*direction=\"out\"[^}]*} ([0-9.E+]+)$");

    /** Empty when it does not answer. */
    public static Optional<NodeStatus> of(NodeProcess node) throws InterruptedException {
        Optional<String> text = node.get("/status");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode fields = JSON.readTree(text.get());
            return Optional.of(new NodeStatus(
                    fields.path("commit").asLong(),
                    fields.path("leaderRound").asLong(),
                    fields.path("transactions").asLong()));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** What it has sent to its peers since its start, in bytes of UDP packets; empty when it does not tell. */
    public static OptionalLong sentBytes(NodeProcess node) throws InterruptedException {
        Matcher found = SENT.matcher(node.get("/metrics").orElse(""));
        return found.find() ? OptionalLong.of((long) Double.parseDouble(found.group(1))) : OptionalLong.empty();
    }
}
