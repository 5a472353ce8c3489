# R fixest on the columns that benches/fe.rs writes.
#
# Rscript fe.R --version fixest                                    prints the version, or fails
# Rscript fe.R --one fixest DESIGN N EFFECTS THREADS FOLDER        prints wall, processor seconds, peak MB, b of x1
args <- commandArgs(trailingOnly = TRUE)
suppressMessages(library(fixest))
if (args[1] == "--version") {
  cat("fixest", as.character(packageVersion("fixest")), "R", as.character(getRversion()), "\n")
  quit()
}
design <- args[3]; n <- as.numeric(args[4]); effects <- strsplit(args[5], "+", fixed = TRUE)[[1]]; folder <- args[7]
setFixest_nthreads(as.integer(args[6]))
read <- function(name, what, size) {
  path <- file.path(folder, name)
  readBin(path, what, file.info(path)$size / size, size = size, endian = "little")
}
data <- list()
for (name in c("indiv", "firm", "year")) data[[name]] <- read(paste0(name, ".i32"), "integer", 4)
for (name in c("x1", "x2", "y")) data[[name]] <- read(paste0(name, ".f64"), "double", 8)
data <- as.data.frame(data)
formula <- as.formula(paste("y ~ x1 + x2 |", paste(effects, collapse = " + ")))
vcov <- if (identical(effects, c("indiv", "year"))) ~indiv else "iid"
wall <- cpu <- Inf
for (i in seq_len(if (n < 1e4) 50 else max(3, min(20, 5e6 %/% n)))) {
  time <- system.time(fit <- feols(formula, data, vcov = vcov, notes = FALSE))
  wall <- min(wall, time[["elapsed"]]); cpu <- min(cpu, time[["user.self"]] + time[["sys.self"]])
}
status <- readLines("/proc/self/status")
peak <- as.numeric(gsub("[^0-9]", "", grep("^VmHWM", status, value = TRUE))) / 1024
cat(wall, cpu, peak, format(coef(fit)[["x1"]], digits = 15), "\n")
