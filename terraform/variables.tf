variable "release_dir" {
  description = "The folder that `npm run release -- --out DIR --config FILE` has written: templates/ and deployment/ are read."
  type        = string

  validation {
    condition     = length(fileset(var.release_dir, "templates/*-state.template.json")) == 1
    error_message = "There is no templates/*-state.template.json in it: make the release with --config."
  }
}

variable "bucket" {
  description = "A bucket in the Region of the provider, to which only who deploys may write. The zips and the templates are put there."
  type        = string
}

variable "prefix" {
  description = "The beginning of their keys. It ends with a slash, unless it is empty."
  type        = string
  default     = "tidemark/"

  validation {
    condition     = can(regex("^([^/].*/)?$", var.prefix))
    error_message = "Write an empty text, or one that ends with a slash and begins with none."
  }
}

variable "kms_key_arn" {
  description = "Another key than $.deployment.kmsKeyArn of the configuration, in the same Region. Only for a release whose configuration has one."
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "Another topic than $.deployment.alarms.topicArn of the configuration. Only for a release whose configuration has one."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the stacks, which CloudFormation gives to all that can have tags, and of the objects in the bucket."
  type        = map(string)
  default     = {}
}
