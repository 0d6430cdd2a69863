@NullMarked
package dev.meshlog.infra.cli;

import org.jspecify.annotations.NullMarked;
