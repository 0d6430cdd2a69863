@NullMarked
package dev.meshlog.infra.config;

import org.jspecify.annotations.NullMarked;
