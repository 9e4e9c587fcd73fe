// aws_entrypoint.h - /lambda-entrypoint.sh of the AWS base images: is the image's start command that script?
#pragma once

#include "lambda/entrypoint.h"

namespace ocitidy::lambda {

/// Is ENTRYPOINT's first word kBaseImageEntrypoint, and that file AWS's script, which wants exactly one argument?
/// Where its text is not at hand, the variables and folders of AWS base images decide.
/// Source: aws/aws-lambda-base-images (read 2026-09-01). Reads kStartReads.
bool starts_as_aws_base(const ImageModel& image);

/// Do variables and folders say that the image is built on an AWS base image, whatever it starts with?
bool has_traces_of_aws_base(const ImageModel& image);

}  // namespace ocitidy::lambda
