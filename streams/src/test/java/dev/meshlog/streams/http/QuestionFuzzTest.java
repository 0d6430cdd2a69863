package dev.meshlog.streams.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

class QuestionFuzzTest {
    @FuzzTest
    void questionIsReadOrRefused(byte[] input) throws Exception {
        String target = "/" + new String(input, StandardCharsets.ISO_8859_1);
        BoundedAllocation.check(input, () -> {
            try {
                Question question = Question.of("GET", new URI(target));
                question.allow(Set.of("at", "proof", "owner", "kind", "limit", "next"));
                question.at().ifPresent(checkpoint -> assertThat(checkpoint).isNotNegative());
                assertThat(question.wantsProof() && question.at().isEmpty()).isFalse();
                question.path().stream()
                        .skip(1)
                        .forEach(id -> assertThat(Question.hash("id", id).hex()).isEqualToIgnoringCase(id));
            } catch (Refusal e) {
                assertThat(e.reply().status()).isEqualTo(400);
            } catch (URISyntaxException e) {
                // The server refuses such a line before it asks us.
            }
        });
    }
}
