output "archive_bucket" {
  description = "The bucket with the archived events."
  value       = aws_cloudformation_stack.state.outputs["ArchiveBucket"]
}

output "quarantine_bucket" {
  description = "The bucket with what a destination did not take."
  value       = aws_cloudformation_stack.state.outputs["QuarantineBucket"]
}

output "evidence_key" {
  description = "The ARN of the key that signs evidence."
  value       = aws_cloudformation_stack.state.outputs["EvidenceKey"]
}

output "backfill_machine" {
  description = "The ARN of the state machine that reads the past."
  value       = aws_cloudformation_stack.forwarding.outputs["BackfillMachine"]
}

output "forwarding" {
  description = "All outputs of the forwarding stack: the functions of the configured sources are among them."
  value       = aws_cloudformation_stack.forwarding.outputs
}
