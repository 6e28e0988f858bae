# This module deploys CloudFormation: Terraform (or OpenTofu) uploads the zips and the templates of a release, and makes one
# aws_cloudformation_stack for each template. The functions, streams, alarms and so on are resources of these stacks and not of the
# Terraform state: CloudFormation makes, changes and removes them, and shows why if it cannot.

locals {
  templates = { for file in fileset(var.release_dir, "templates/*.template.json") :
    trimsuffix(basename(file), ".template.json") => "${var.release_dir}/${file}"
  }
  state      = one([for name in keys(local.templates) : name if endswith(name, "-state")])
  forwarding = "${trimsuffix(local.state, "-state")}-forwarding"
  schedules  = toset([for name in keys(local.templates) : name if !contains([local.state, local.forwarding], name)])

  # What a template declares is given to it, and nothing else.
  given = { for name, value in {
    CodeBucket    = var.bucket
    CodePrefix    = var.prefix
    KmsKeyArn     = var.kms_key_arn
    AlarmTopicArn = var.alarm_topic_arn
  } : name => value if value != null }
  declared = { for stack, path in local.templates : stack => keys(try(jsondecode(file(path)).Parameters, {})) }
  parameters = { for stack, names in local.declared :
    stack => { for name, value in local.given : name => value if contains(names, name) }
  }
}

resource "aws_s3_object" "zip" {
  for_each = fileset(var.release_dir, "deployment/*.zip")

  bucket = var.bucket
  key    = "${var.prefix}${basename(each.value)}"
  source = "${var.release_dir}/${each.value}"
  # The names of the zips contain their hashes: other content has another name.
  tags = var.tags
}

resource "aws_s3_object" "template" {
  for_each = local.templates

  bucket = var.bucket
  # Another template is another object, so that a stack sees by the URL that it has to be updated.
  key    = "${var.prefix}templates/${each.key}-${filemd5(each.value)}.template.json"
  source = each.value
  tags   = var.tags
}

data "aws_s3_bucket" "bucket" {
  bucket = var.bucket
}

resource "aws_cloudformation_stack" "state" {
  name         = local.state
  template_url = "https://${data.aws_s3_bucket.bucket.bucket_regional_domain_name}/${aws_s3_object.template[local.state].key}"
  parameters   = local.parameters[local.state]
  capabilities = ["CAPABILITY_IAM"]
  tags         = var.tags

  # It keeps the table, the archive and the keys of evidence.
  lifecycle {
    prevent_destroy = true

    precondition {
      condition     = var.kms_key_arn == null || contains(local.declared[local.state], "KmsKeyArn")
      error_message = "The configuration of this release has no $.deployment.kmsKeyArn, so there is no key to replace."
    }
    precondition {
      condition     = var.alarm_topic_arn == null || contains(local.declared[local.forwarding], "AlarmTopicArn")
      error_message = "The configuration of this release has no $.deployment.alarms.topicArn, so there is no topic to replace."
    }
  }
}

resource "aws_cloudformation_stack" "forwarding" {
  name         = local.forwarding
  template_url = "https://${data.aws_s3_bucket.bucket.bucket_regional_domain_name}/${aws_s3_object.template[local.forwarding].key}"
  parameters   = local.parameters[local.forwarding]
  capabilities = ["CAPABILITY_IAM"]
  tags         = var.tags

  # It reads outputs of the state stack by its name (Fn::GetStackOutput), which Terraform cannot see.
  depends_on = [aws_cloudformation_stack.state, aws_s3_object.zip]
}

resource "aws_cloudformation_stack" "schedules" {
  for_each = local.schedules

  name         = each.key
  template_url = "https://${data.aws_s3_bucket.bucket.bucket_regional_domain_name}/${aws_s3_object.template[each.key].key}"
  parameters   = local.parameters[each.key]
  tags         = var.tags

  depends_on = [aws_cloudformation_stack.forwarding]
}
